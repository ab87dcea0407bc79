import { countUnread } from '../../../shared/database/queries/count-unread.ts'
import { answer } from '../answer.ts'
import type { IngressDeps, Route } from '../context.ts'

/** `GET /unread-count` */
export function getUnreadCount({ db }: IngressDeps): Route {
  return async function getUnreadCountRoute(c) {
    return answer(c, 200, { data: await countUnread(db, c.get('userId')) })
  }
}
