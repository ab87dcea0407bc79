import { issueTicket as issue } from '../../../shared/connections/issue-ticket.ts'
import { unavailable } from '../../../shared/contract/problems.ts'
import { answer } from '../answer.ts'
import type { IngressDeps, Route } from '../context.ts'
import { limit } from '../limit.ts'

/** `POST /ws-tickets`: 201 with what opens one socket within a minute, so that no token stands in a URL. */
export function issueTicket({ tickets, limits }: IngressDeps): Route {
  return async function issueTicketRoute(c) {
    limit({ limits }, c, 'tickets')
    const { ticket, expiresAt } = await issue(tickets, c.get('identity')).catch(error => {
      throw unavailable('the store of tickets', error)
    })
    return answer(c, 201, { data: { ticket, expiresAt: expiresAt.toISOString() } })
  }
}
