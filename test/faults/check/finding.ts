export const GUARANTEES = [
  'lost',
  'doubled',
  'gaps',
  'inversions',
  'unannounced',
  'stuck',
  'unhealed sockets',
  "strangers' events",
  'version gaps',
  'receipts lost',
  'own changes lost',
  'unexpected answers',
] as const

export type Guarantee = (typeof GUARANTEES)[number]

/** One breach of a guarantee. */
export interface Finding {
  guarantee: Guarantee
  detail: string
  messageId?: string
  conversationId?: string
}
