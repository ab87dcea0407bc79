interface Intrinsic {
  Ref?: string
  'Fn::GetAtt'?: [id: string, attribute: string]
  'Fn::Join'?: [separator: string, parts: unknown[]]
}

/** A value of a template with its references written out: `${GatewayApi4EDF2151}`, `${Key961B73FD.Arn}`, joined. */
export function spell(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(spell)
  const { Ref, 'Fn::GetAtt': attribute, 'Fn::Join': join } = value as Intrinsic
  if (Ref !== undefined) return `\${${Ref}}`
  if (attribute !== undefined) return `\${${attribute.join('.')}}`
  const parts = join?.[1].map(spell)
  if (parts?.every(part => typeof part === 'string')) return parts.join(join?.[0])
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, spell(inner)]))
}
