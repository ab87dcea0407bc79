import { useState } from 'react'
import { useConversations } from '../../../src/react.ts'
import { useSession } from '../session/session.ts'
import { Alert } from '../ui/alert.tsx'
import { ScreenHeader } from '../ui/screen-header.tsx'
import { ConversationRows } from './conversation-rows.tsx'
import { useReturnFocus } from './use-return-focus.ts'

interface ArchiveScreenProps {
  focusOn: string
  onOpen(id: string): void
  onBack(): void
}

export function ArchiveScreen({ focusOn, onOpen, onBack }: ArchiveScreenProps) {
  const { client } = useSession()
  const { archived } = useConversations(client)
  const [alert, setAlert] = useState('')
  const screen = useReturnFocus<HTMLDivElement>(focusOn || 'first')
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys belong to whatever is focused inside
    <div className="screen" ref={screen} onKeyDown={({ key }) => key === 'Escape' && onBack()}>
      <ScreenHeader onBack={onBack}>
        <h2 className="app-title">Archived</h2>
      </ScreenHeader>
      <div className="scroll">
        <Alert text={alert} onClose={() => setAlert('')} />
        {archived.length === 0 && <p className="notice-line">Nothing is archived.</p>}
        <ConversationRows
          label="Archived conversations"
          conversations={archived}
          onOpen={onOpen}
          onError={setAlert}
        />
      </div>
    </div>
  )
}
