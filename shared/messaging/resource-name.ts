/** The name of a queue or topic: the last part of its URL or ARN. */
export function resourceNameOf(urlOrArn: string): string {
  return urlOrArn.split(/[/:]/).at(-1) as string
}
