/** What the local stack tells the page about itself. */
export interface Demo {
  apiUrl: string
  wsUrl: string
  users: DemoUser[]
}

export interface DemoUser {
  id: number
  username: string | null
  name: string | null
  /** Missing where tokens come from an identity provider. */
  token?: string
}

export async function loadDemo(fetchIt: typeof fetch = fetch, userId?: number): Promise<Demo> {
  const response = await fetchIt(userId === undefined ? '/demo.json' : `/demo.json?user=${userId}`)
  if (!response.ok) throw new Error(`/demo.json answers with status ${response.status}`)
  return response.json()
}

export function nameOf(user: { id: number; name: string | null; username: string | null }): string {
  return user.name ?? user.username ?? `User ${user.id}`
}
