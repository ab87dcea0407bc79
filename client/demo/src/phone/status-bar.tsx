import { nameOf } from '../demo-settings.ts'
import { useSession } from '../session/session.ts'
import { ConnectionLine } from './connection-line.tsx'

/** On top of every screen: whose phone it is, and whether it is connected. */
export function StatusBar() {
  const { user } = useSession()
  return (
    <div className="status-bar">
      <strong>{nameOf(user)}</strong>
      <ConnectionLine />
    </div>
  )
}
