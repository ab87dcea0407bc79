/** The beginnings of files as recorders and cameras write them, as far as their type shows. */

const bytes = (hex: string) => Buffer.from(hex.replaceAll(' ', ''), 'hex')
const text = (value: string) => Buffer.from(value, 'latin1')
const zeros = (length: number) => Buffer.alloc(length)

function box(type: string, ...content: Buffer[]): Buffer {
  const body = Buffer.concat(content)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(body.length + 8)
  return Buffer.concat([length, text(type), body])
}

const brand = (major: string) => box('ftyp', text(major), zeros(4), text(major))
const track = (handler: string) => box('trak', box('mdia', box('hdlr', zeros(8), text(handler), zeros(13))))
const moov = (...handlers: string[]) => box('moov', box('mvhd', zeros(100)), ...handlers.map(track))
const ebml = (docType: string, ...codecs: string[]) =>
  Buffer.concat([
    bytes('1A45DFA3 87 4282'),
    Buffer.from([0x80 + docType.length]),
    text(docType),
    ...codecs.map(codec => Buffer.concat([bytes('86'), Buffer.from([0x80 + codec.length]), text(codec)])),
    zeros(32),
  ])
const riff = (form: string) => Buffer.concat([text('RIFF'), bytes('24000000'), text(form), zeros(32)])
const ogg = (codec: string) =>
  Buffer.concat([text('OggS'), zeros(22), bytes('01 13'), text(codec), zeros(32)])

export const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)
export const MP4 = Buffer.concat([brand('isom'), moov('vide', 'soun')])

export const ALLOWED_SAMPLES: Record<string, { contentType: string; extension: string; head: Buffer }> = {
  'a JPEG': {
    contentType: 'image/jpeg',
    extension: 'jpg',
    head: Buffer.concat([bytes('FFD8FFE0 0010 4A46494600'), zeros(64)]),
  },
  'a PNG': { contentType: 'image/png', extension: 'png', head: PNG },
  'a GIF': { contentType: 'image/gif', extension: 'gif', head: Buffer.concat([text('GIF89a'), zeros(32)]) },
  'a WebP': { contentType: 'image/webp', extension: 'webp', head: riff('WEBPVP8 ') },
  'an MP4 video': { contentType: 'video/mp4', extension: 'mp4', head: MP4 },
  'an iPhone video': { contentType: 'video/quicktime', extension: 'mov', head: brand('qt  ') },
  'a WebM video': { contentType: 'video/webm', extension: 'webm', head: ebml('webm', 'V_VP9', 'A_OPUS') },
  'an MP3': {
    contentType: 'audio/mpeg',
    extension: 'mp3',
    head: Buffer.concat([text('ID3'), bytes('0300 00 00000010'), zeros(16), bytes('FFFB9064'), zeros(64)]),
  },
  'an M4A': { contentType: 'audio/mp4', extension: 'm4a', head: brand('M4A ') },
  'an MP4 with sound only': {
    contentType: 'audio/mp4',
    extension: 'm4a',
    head: Buffer.concat([brand('iso5'), moov('soun')]),
  },
  'an AAC stream': {
    contentType: 'audio/aac',
    extension: 'aac',
    head: Buffer.concat([bytes('FFF15080 021FFC'), zeros(64)]),
  },
  'an Ogg with Opus': { contentType: 'audio/ogg', extension: 'ogg', head: ogg('OpusHead') },
  'a WebM with sound only': { contentType: 'audio/webm', extension: 'webm', head: ebml('webm', 'A_OPUS') },
  'a WAV': { contentType: 'audio/wav', extension: 'wav', head: riff('WAVEfmt ') },
}

export const REFUSED_SAMPLES: Record<string, Buffer> = {
  'plain text': text('hello, I am a photo'),
  HTML: text('<!doctype html><script>alert(1)</script>'),
  SVG: text('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
  'a PDF': text('%PDF-1.7\n'),
  'a ZIP': Buffer.concat([bytes('504B0304 1400'), zeros(64)]),
  'a program': Buffer.concat([bytes('7F454C46 020101'), zeros(64)]),
  'an AVIF': brand('avif'),
  'a HEIC': brand('heic'),
  'a Matroska video': ebml('matroska', 'V_VP9'),
  'a 3GP': brand('3gp4'),
  'an Ogg video': ogg('\x80theora'),
  zeros: zeros(5_000),
}
