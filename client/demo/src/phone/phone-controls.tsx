import { useId } from 'react'
import type { Readable } from '../../../src/types.ts'
import { type DemoUser, nameOf } from '../demo-settings.ts'
import type { Network, NetworkMode } from '../session/network.ts'
import { createValue, useValue } from '../ui/value.ts'

const MODES: { mode: NetworkMode; label: string }[] = [
  { mode: 'online', label: 'Online' },
  { mode: 'flaky', label: 'Flaky' },
  { mode: 'offline', label: 'Offline' },
]
const NOTHING = createValue(0)

interface PhoneControlsProps {
  user: DemoUser
  users: DemoUser[]
  network: Network
  waiting: Readable<number> | undefined
  onUser(id: number): void
}

/** What is around the phone and no part of the app: whose it is, and the network it is in. */
export function PhoneControls({ user, users, network, waiting, onUser }: PhoneControlsProps) {
  const mode = useValue(network)
  const count = useValue(waiting ?? NOTHING)
  const id = useId()
  return (
    <div className="controls">
      <label className="controls-user">
        <span className="hidden-text">User of this phone</span>
        <select value={user.id} onChange={event => onUser(Number(event.target.value))}>
          {users.map(one => (
            <option key={one.id} value={one.id}>
              {nameOf(one)}
            </option>
          ))}
        </select>
      </label>
      <output className="controls-waiting" data-testid="outbox-count" data-count={count}>
        {count > 0 && `${count} to send`}
      </output>
      <fieldset className="segments">
        <legend className="hidden-text">Network</legend>
        {MODES.map(({ mode: value, label }) => (
          <label key={value} className="segment" data-mode={value}>
            <input
              type="radio"
              name={id}
              value={value}
              checked={mode === value}
              onChange={() => network.setMode(value)}
            />
            {label}
          </label>
        ))}
      </fieldset>
    </div>
  )
}
