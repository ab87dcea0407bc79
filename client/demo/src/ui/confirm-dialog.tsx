import { useEffect, useId, useRef } from 'react'

interface ConfirmDialogProps {
  title: string
  detail: string
  action: string
  onConfirm(): void
  onClose(): void
}

export function ConfirmDialog({ title, detail, action, onConfirm, onClose }: ConfirmDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  useEffect(() => {
    const element = dialog.current
    const screen = element?.closest('.phone-screen')?.getBoundingClientRect()
    if (!element) return
    element.showModal()
    if (screen) {
      element.style.left = `${screen.left + screen.width / 2}px`
      element.style.top = `${screen.top + screen.height / 2}px`
    }
  }, [])
  return (
    <dialog
      ref={dialog}
      className="dialog"
      role="alertdialog"
      aria-labelledby={`${id}title`}
      aria-describedby={`${id}detail`}
      onClose={onClose}
      onKeyDown={event => event.stopPropagation()}
    >
      <h2 id={`${id}title`}>{title}</h2>
      <p id={`${id}detail`}>{detail}</p>
      <form method="dialog" className="dialog-actions">
        <button type="submit" className="button button-quiet">
          Cancel
        </button>
        <button type="submit" className="button button-danger" onClick={onConfirm}>
          {action}
        </button>
      </form>
    </dialog>
  )
}
