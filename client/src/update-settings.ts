import type { Conversation } from '../../shared/contract/wire.ts'
import type { Api } from './api.ts'
import type { FedConversationList } from './conversation-list.ts'
import type { ConversationSettings } from './types.ts'

/** Shown at once, and taken back when the server refuses; what has come meanwhile stays. */
export async function updateSettings(
  api: Api,
  list: FedConversationList,
  id: string,
  settings: ConversationSettings,
): Promise<Conversation> {
  const before = list.find(id)
  if (before) list.put({ ...before, ...settings })
  try {
    const call = { method: 'PATCH', path: `/conversations/${id}`, body: settings }
    const { data } = await api<Conversation>(call)
    if (data.id === id) list.put(data)
    return data
  } catch (error) {
    const now = list.find(id)
    if (before && now) list.put({ ...now, ...settingsOf(before, settings) })
    throw error
  }
}

/** What a conversation had in place of these. */
function settingsOf(conversation: Conversation, settings: ConversationSettings): ConversationSettings {
  const names = Object.keys(settings) as (keyof ConversationSettings)[]
  return Object.fromEntries(names.map(name => [name, conversation[name]]))
}
