import {
  type KeyboardEvent,
  memo,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react'
import type { ChatMessage } from '../../../src/types.ts'
import { Icon } from '../ui/icon.tsx'
import type { BubbleActions } from './bubble-actions.ts'
import { findNewest } from './find-newest.ts'
import { MessageRows } from './message-rows.tsx'
import { moveFocus } from './move-focus.ts'
import { useMessageWindow, useWhenVisible } from './use-message-window.ts'

interface MessageLogProps {
  messages: readonly ChatMessage[]
  myId: number
  otherName: string
  hasOlder: boolean
  isLoading: boolean
  isTyping: boolean
  loadOlder(): Promise<void>
  actions: Omit<BubbleActions, 'jumpTo'>
}

/** A message that is jumped to is shown with some before it. */
const CONTEXT = 15
const NEAR_END_PX = 60
const MAX_PAGES_TO_SEARCH = 40

export const MessageLog = memo(function MessageLog(props: MessageLogProps) {
  const { messages, otherName, hasOlder, isLoading, isTyping, loadOlder } = props
  const log = useRef<HTMLDivElement>(null)
  const [older, setOlder] = useState<HTMLElement | null>(null)
  const [isAtEnd, setIsAtEnd] = useState(true)
  const [leftAtSeq, setLeftAtSeq] = useState(0)
  const [target, setTarget] = useState<string>()
  const { start, startAt, grow } = useMessageWindow(messages)
  const last = messages.at(-1)
  const lastSeq = findNewest(messages)?.seq ?? 0
  const newCount = isAtEnd ? 0 : Math.max(0, lastSeq - leftAtSeq)

  const showOlder = () => (start > 0 ? grow() : void loadOlder().catch(() => {}))
  useWhenVisible(older, `${start} ${messages[0]?.id}`, () => {
    if (!isLoading) showOlder()
  })

  function onScroll(): void {
    // The end is at 0: the log is laid out from below.
    const isNowAtEnd = (log.current?.scrollTop ?? 0) > -NEAR_END_PX
    if (isNowAtEnd === isAtEnd) return
    setIsAtEnd(isNowAtEnd)
    setLeftAtSeq(lastSeq)
    startAt(isNowAtEnd ? undefined : messages[start]?.id)
  }

  const scrollToEnd = useCallback(() => {
    startAt(undefined)
    log.current?.scrollTo({ top: 0 })
  }, [startAt])

  const isMineAndNew = last?.senderId === props.myId && last.status === 'pending'
  // biome-ignore lint/correctness/useExhaustiveDependencies: with every message of one's own
  useEffect(() => {
    if (isMineAndNew) scrollToEnd()
  }, [last?.id])

  useLayoutEffect(() => {
    if (target === undefined) return
    const element = log.current?.querySelector<HTMLElement>(`[data-message-id="${target}"]`)
    if (!element) return
    setTarget(undefined)
    element.scrollIntoView({ block: 'center' })
    element.focus({ preventScroll: true })
    element.dataset.flash = 'true'
    element.addEventListener('animationend', () => delete element.dataset.flash, { once: true })
  })

  const current = useRef({ messages, hasOlder, loadOlder })
  current.current = { messages, hasOlder, loadOlder }
  const jumpTo = useCallback(
    async (id: string) => {
      const find = () => current.current.messages.findIndex(message => message.id === id)
      for (let page = 0; find() < 0 && current.current.hasOlder && page < MAX_PAGES_TO_SEARCH; page++) {
        await current.current.loadOlder()
        await new Promise(resolve => setTimeout(resolve, 50))
      }
      const index = find()
      if (index < 0) return
      setIsAtEnd(false)
      setLeftAtSeq(findNewest(current.current.messages)?.seq ?? 0)
      startAt(current.current.messages[Math.max(0, index - CONTEXT)]?.id)
      setTarget(id)
    },
    [startAt],
  )
  const { actions: given } = props
  const actions = useMemo(
    () => ({ ...given, jumpTo: (id: string) => void jumpTo(id).catch(() => {}) }),
    [given, jumpTo],
  )

  return (
    <div className="log-frame">
      <div
        className="log"
        ref={log}
        role="log"
        aria-label={`Messages with ${otherName}`}
        aria-live="polite"
        aria-relevant="additions"
        aria-busy={isLoading}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        onScroll={onScroll}
        onKeyDown={(event: KeyboardEvent<HTMLElement>) => moveFocus(event)}
      >
        <div className="log-content">
          {(start > 0 || hasOlder) && (
            <button type="button" className="older" ref={setOlder} disabled={isLoading} onClick={showOlder}>
              {isLoading ? 'Loading …' : 'Older messages'}
            </button>
          )}
          <MessageRows {...props} start={start} actions={actions} />
          {isTyping && (
            <div className="typing" data-testid="typing">
              <span className="hidden-text">{otherName} is typing</span>
              <i /> <i /> <i />
            </div>
          )}
        </div>
      </div>
      {!isAtEnd && (
        <button
          type="button"
          className="to-end"
          aria-label={newCount > 0 ? `${newCount} new, go to the newest` : 'Go to the newest message'}
          onClick={scrollToEnd}
        >
          {newCount > 0 && <span className="badge">{newCount}</span>}
          <Icon name="chevronDown" />
        </button>
      )}
    </div>
  )
})
