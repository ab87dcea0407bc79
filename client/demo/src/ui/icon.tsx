const PATHS = {
  archive: 'M4 8v11a1 1 0 0 0 1 1h14a1 1 0 0 0 1-1V8M3 4h18v4H3zM10 12h4',
  attach: 'm20 11-8.6 8.6a5 5 0 0 1-7-7L13 4a3.3 3.3 0 0 1 4.7 4.7L9.3 17a1.7 1.7 0 0 1-2.4-2.4L14.5 7',
  back: 'm15 5-7 7 7 7',
  bell: 'M6 10a6 6 0 0 1 12 0c0 5 2 6 2 7H4c0-1 2-2 2-7M10 20a2 2 0 0 0 4 0',
  bellOff:
    'M8.5 5A6 6 0 0 1 18 10c0 2 .3 3.4.7 4.5M17 17H4c0-1 2-2 2-7 0-.7.1-1.3.3-1.9M10 20a2 2 0 0 0 4 0M4 4l16 16',
  camera: 'M4 8h3l2-3h6l2 3h3v11H4zM12 16.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7',
  check: 'm5 12.5 4.5 4.5L19 7.5',
  chevronDown: 'm6 9 6 6 6-6',
  chevronRight: 'm9 6 6 6-6 6',
  close: 'M6 6l12 12M18 6 6 18',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  mic: 'M12 3a3 3 0 0 0-3 3v5a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3M5 11a7 7 0 0 0 14 0M12 18v3',
  more: 'M12 5.5v.01M12 12v.01M12 18.5v.01',
  newChat: 'M12 5H5v14h14v-7M10 14l.5-3L18 3.5 20.5 6 13 13.5z',
  pin: 'M9 4h6l-1 6 3 3v2H7v-2l3-3zM12 15v6',
  play: 'M8 5v14l11-7z',
  reply: 'M10 8V4l-7 7 7 7v-4c5 0 8 1.5 11 5-1-6-4-11-11-11',
  retry: 'M20 11a8 8 0 1 0-.5 4M20 4v7h-7',
  send: 'M4 12 3 4l18 8-18 8zm0 0h8',
  trash: 'M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v5M14 11v5',
  unarchive: 'M4 8v11a1 1 0 0 0 1 1h14a1 1 0 0 0 1-1V8M3 4h18v4H3zM12 17v-6M9.5 13.5 12 11l2.5 2.5',
  video: 'M3 6h12v12H3zM15 10.5 21 7v10l-6-3.5',
} as const

export type IconName = keyof typeof PATHS

/** Always beside or inside something that has a name of its own. */
export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" width={size} height={size} aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  )
}
