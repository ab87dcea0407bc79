type Found = Map<number, string[]>
type Find = (userIds: Iterable<number>) => Promise<Found>

/**
 * Joins look-ups without waiting: one asked while none is under way starts at once; those asked while one is under
 * way share the next. Each sees what was registered when it was asked.
 */
export function joinLookups(find: Find): Find {
  let isUnderWay = false
  let next: ({ userIds: Set<number> } & PromiseWithResolvers<Found>) | undefined

  async function start(userIds: Set<number>): Promise<Found> {
    isUnderWay = true
    try {
      return await find(userIds)
    } finally {
      const joined = next
      next = undefined
      isUnderWay = false
      if (joined) joined.resolve(start(joined.userIds))
    }
  }

  return userIds => {
    if (!isUnderWay) return start(new Set(userIds))
    next ??= { userIds: new Set(), ...Promise.withResolvers<Found>() }
    for (const userId of userIds) next.userIds.add(userId)
    return next.promise
  }
}
