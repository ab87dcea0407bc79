import { countUnread } from '../../../shared/database/queries/count-unread.ts'
import type { IngressDeps, Route } from '../context.ts'

/** `GET /unread-count` */
export function getUnreadCount({ db }: IngressDeps): Route {
  return async function getUnreadCountRoute(c) {
    return c.json({ data: await countUnread(db, c.var.userId) })
  }
}
