/** Sounds and videos that are whole as far as players ask how long they are. */

const latin1 = (text: string) => Buffer.from(text, 'latin1')

/** Silence of 8,000 samples a second. */
export function createWav(seconds: number): Buffer {
  const dataBytes = Math.round(seconds * 8_000)
  const head = Buffer.alloc(44)
  head.write('RIFF', 0)
  head.writeUInt32LE(36 + dataBytes, 4)
  head.write('WAVEfmt ', 8)
  head.writeUInt32LE(16, 16)
  head.writeUInt16LE(1, 20)
  head.writeUInt16LE(1, 22)
  head.writeUInt32LE(8_000, 24)
  head.writeUInt32LE(8_000, 28)
  head.writeUInt16LE(1, 32)
  head.writeUInt16LE(8, 34)
  head.write('data', 36)
  head.writeUInt32LE(dataBytes, 40)
  return Buffer.concat([head, Buffer.alloc(dataBytes, 128)])
}

/** Opus in Ogg: its last page counts samples of 48 kHz. */
export function createOgg(seconds: number): Buffer {
  const head = Buffer.concat([latin1('OpusHead'), Buffer.from([1, 1, 0, 0, 0x80, 0xbb, 0, 0, 0, 0, 0])])
  const tags = Buffer.concat([latin1('OpusTags'), Buffer.alloc(8)])
  return Buffer.concat([
    oggPage(2, 0, 0, head),
    oggPage(0, 0, 1, tags),
    oggPage(4, Math.round(seconds * 48_000), 2, Buffer.alloc(200)),
  ])
}

function oggPage(flags: number, granule: number, sequence: number, body: Buffer): Buffer {
  const head = Buffer.alloc(27)
  head.write('OggS', 0)
  head.writeUInt8(flags, 5)
  head.writeBigInt64LE(BigInt(granule), 6)
  head.writeUInt32LE(1, 14)
  head.writeUInt32LE(sequence, 18)
  head.writeUInt8(1, 26)
  return Buffer.concat([head, Buffer.from([body.length]), body])
}

/** One track of sound; `isLast` puts what tells of it behind the media, as recorders do. */
export function createMp4(of: { seconds: number; mediaBytes: number; isLast?: boolean }): Buffer {
  const moov = box(
    'moov',
    movieHead('mvhd', of.seconds, 100),
    box('trak', trackHead(), soundMedia(of.seconds)),
  )
  const mdat = box('mdat', Buffer.alloc(of.mediaBytes))
  const ftyp = box('ftyp', latin1('M4A '), Buffer.alloc(4), latin1('M4A '))
  return Buffer.concat(of.isLast ? [ftyp, mdat, moov] : [ftyp, moov, mdat])
}

function box(type: string, ...content: Buffer[]): Buffer {
  const body = Buffer.concat(content)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(body.length + 8)
  return Buffer.concat([length, latin1(type), body])
}

function movieHead(type: 'mvhd' | 'mdhd', seconds: number, bytes: number): Buffer {
  const body = Buffer.alloc(bytes)
  body.writeUInt32BE(1_000, 12)
  body.writeUInt32BE(Math.round(seconds * 1_000), 16)
  return box(type, body)
}

function trackHead(): Buffer {
  const body = Buffer.alloc(84)
  body.writeUInt32BE(1, 12)
  return box('tkhd', body)
}

function soundMedia(seconds: number): Buffer {
  const handler = box('hdlr', Buffer.alloc(8), latin1('soun'), Buffer.alloc(13))
  const format = Buffer.alloc(28)
  format.writeUInt16BE(1, 6)
  format.writeUInt16BE(1, 16)
  format.writeUInt16BE(16, 18)
  format.writeUInt16BE(8_000, 24)
  const formats = box('stsd', Buffer.from([0, 0, 0, 0, 0, 0, 0, 1]), box('mp4a', format))
  const tables = box('stbl', formats, box('stsz', Buffer.alloc(12)))
  return box('mdia', movieHead('mdhd', seconds, 24), handler, box('minf', tables))
}
