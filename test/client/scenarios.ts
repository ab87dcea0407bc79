import type { Scenarios } from './environment.ts'
import { conversations } from './scenarios/conversations.ts'
import { failures } from './scenarios/failures.ts'
import { gatewayKills } from './scenarios/gateway-kills.ts'
import { offline } from './scenarios/offline.ts'
import { paging } from './scenarios/paging.ts'
import { randomCuts } from './scenarios/random-cuts.ts'
import { receipts } from './scenarios/receipts.ts'
import { sending } from './scenarios/sending.ts'
import { tokens } from './scenarios/tokens.ts'
import { uploads } from './scenarios/uploads.ts'

export const SCENARIOS: Scenarios = {
  // First: what is killed often is started again ever more slowly.
  ...randomCuts,
  ...gatewayKills,
  ...sending,
  ...receipts,
  ...conversations,
  ...paging,
  ...offline,
  ...failures,
  ...tokens,
  ...uploads,
}
