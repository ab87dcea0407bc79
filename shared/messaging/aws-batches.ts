/** The shape in which every batch call of SQS and SNS tells what it refused. */
interface FailedEntry {
  Id: string | undefined
  Code: string | undefined
  Message?: string | undefined
}

/** Errors by the index of the entry; entries are numbered when they are sent. */
export function refusals(failed: FailedEntry[] | undefined): Map<number, Error> {
  return new Map(
    failed?.map(entry => [Number(entry.Id), new Error(`${entry.Code}: ${entry.Message ?? 'refused'}`)]),
  )
}

export function stringAttributes(attributes: Record<string, string>) {
  const typed: Record<string, { DataType: string; StringValue: string | undefined }> = {}
  for (const name in attributes) typed[name] = { DataType: 'String', StringValue: attributes[name] }
  return typed
}
