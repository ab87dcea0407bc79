/** A process of the local stack. */
export interface Part extends AsyncDisposable {
  pid: number
  /** How it ended: a signal or `exit code n`. */
  exited: Promise<string>
  /** Asks it to end and waits; insists when it takes too long or when `hasten` fires. */
  stop(hasten?: AbortSignal): Promise<void>
}
