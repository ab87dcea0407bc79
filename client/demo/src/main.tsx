import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { loadDemo } from './demo-settings.ts'

const root = createRoot(document.getElementById('root') as HTMLElement)

async function show(): Promise<void> {
  try {
    root.render(<App demo={await loadDemo()} />)
  } catch (error) {
    root.render(
      <div className="boot" role="alert">
        <p>The demo has no server to talk to.</p>
        <p className="boot-detail">{error instanceof Error ? error.message : String(error)}</p>
        <button type="button" className="button" onClick={() => void show()}>
          Try again
        </button>
      </div>,
    )
  }
}

void show()
