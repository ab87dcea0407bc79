const DAY_MS = 24 * 60 * 60 * 1000
const time = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' })
const weekday = new Intl.DateTimeFormat(undefined, { weekday: 'long' })
const date = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'long', year: 'numeric' })
const shortDate = new Intl.DateTimeFormat(undefined, { day: '2-digit', month: '2-digit', year: '2-digit' })

export function formatTime(at: string): string {
  return time.format(new Date(at))
}

/** Equal for two times of one day here. */
export function dayOf(at: string): string {
  return new Date(at).toDateString()
}

export function formatDay(at: string): string {
  const days = daysAgo(at)
  if (days === 0) return 'Today'
  if (days === 1) return 'Yesterday'
  return days > 0 && days < 7 ? weekday.format(new Date(at)) : date.format(new Date(at))
}

/** For a list: the time of today, else the day. */
export function formatMoment(at: string): string {
  const days = daysAgo(at)
  if (days <= 0) return formatTime(at)
  if (days === 1) return 'Yesterday'
  return days < 7 ? weekday.format(new Date(at)) : shortDate.format(new Date(at))
}

export function formatSeconds(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`
}

function daysAgo(at: string): number {
  const midnight = (day: Date) => new Date(day.getFullYear(), day.getMonth(), day.getDate()).getTime()
  return Math.round((midnight(new Date()) - midnight(new Date(at))) / DAY_MS)
}
