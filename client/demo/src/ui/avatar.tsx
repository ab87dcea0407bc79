import { nameOf } from '../demo-settings.ts'

const HUES = 8

interface AvatarProps {
  user: { id: number; name: string | null; username: string | null; avatarUrl?: string | null }
  size?: 'small' | 'large'
}

export function Avatar({ user, size = 'large' }: AvatarProps) {
  const initials = nameOf(user)
    .split(/\s+/)
    .slice(0, 2)
    .map(word => [...word][0]?.toUpperCase() ?? '')
    .join('')
  return (
    <span className={`avatar avatar-${size}`} data-hue={user.id % HUES} aria-hidden="true">
      {user.avatarUrl ? <img src={user.avatarUrl} alt="" /> : initials}
    </span>
  )
}
