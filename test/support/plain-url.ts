/** The address of media without its signature: what is stored, and what stays the same from hour to hour. */
export function plainUrl(url: string): string {
  return url.split('?')[0] as string
}
