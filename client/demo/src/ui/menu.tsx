import { type KeyboardEvent, useLayoutEffect, useRef } from 'react'
import { Icon, type IconName } from './icon.tsx'

export interface MenuItem {
  label: string
  icon: IconName
  isDangerous?: boolean
  onSelect(): void
}

interface MenuProps {
  label: string
  items: MenuItem[]
  /** What it belongs to; it opens beside it and gives the focus back to it. */
  anchor: HTMLElement
  onClose(): void
}

const GAP = 6

export function Menu({ label, items, anchor, onClose }: MenuProps) {
  const menu = useRef<HTMLDivElement>(null)

  useLayoutEffect(() => {
    const element = menu.current
    if (!element) return
    element.showPopover()
    place(element, anchor)
    element.querySelector('button')?.focus({ preventScroll: true })
  }, [anchor])

  function close(): void {
    anchor.focus({ preventScroll: true })
    onClose()
  }

  function onKeyDown(event: KeyboardEvent): void {
    const buttons = [...(menu.current?.querySelectorAll('button') ?? [])]
    const index = buttons.indexOf(document.activeElement as HTMLButtonElement)
    const target = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: -1 }[event.key]
    if (target !== undefined) buttons.at(target % buttons.length)?.focus()
    else if (event.key === 'Escape' || event.key === 'Tab') close()
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  return (
    <div
      ref={menu}
      className="menu"
      popover="manual"
      role="menu"
      aria-label={label}
      onKeyDown={onKeyDown}
      onBlur={({ relatedTarget }) => {
        if (!menu.current?.contains(relatedTarget)) onClose()
      }}
    >
      {items.map(item => (
        <button
          key={item.label}
          type="button"
          role="menuitem"
          className={item.isDangerous ? 'menu-item menu-item-danger' : 'menu-item'}
          onClick={() => {
            close()
            item.onSelect()
          }}
        >
          <Icon name={item.icon} size={18} />
          {item.label}
        </button>
      ))}
    </div>
  )
}

/** Below its anchor, or above where there is no room, and inside the phone. */
function place(element: HTMLElement, anchor: HTMLElement): void {
  const bounds = (anchor.closest('.phone-screen') ?? document.body).getBoundingClientRect()
  const at = anchor.getBoundingClientRect()
  const { width, height } = element.getBoundingClientRect()
  const left = Math.min(Math.max(at.right - width, bounds.left + GAP), bounds.right - width - GAP)
  const below = at.bottom + GAP
  const top = below + height > bounds.bottom - GAP ? at.top - height - GAP : below
  element.style.left = `${left}px`
  element.style.top = `${Math.max(top, bounds.top + GAP)}px`
}
