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
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, { DataType: 'String', StringValue: value }]),
  )
}
