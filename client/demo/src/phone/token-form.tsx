import { useState } from 'react'
import { type DemoUser, nameOf } from '../demo-settings.ts'

/** For a stack whose tokens come from an identity provider. */
export function TokenForm({ user, onToken }: { user: DemoUser; onToken(token: string): void }) {
  const [token, setToken] = useState('')
  return (
    <form
      className="notice"
      onSubmit={event => {
        event.preventDefault()
        if (token.trim()) onToken(token.trim())
      }}
    >
      <h2>Sign in {nameOf(user)}</h2>
      <p>This stack makes no tokens of its own. Paste one of this user.</p>
      <label className="field">
        Access token
        <textarea
          value={token}
          rows={4}
          spellCheck={false}
          onChange={event => setToken(event.target.value)}
        />
      </label>
      <button type="submit" className="button">
        Sign in
      </button>
    </form>
  )
}
