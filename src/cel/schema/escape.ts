const RESERVED = new Set(
  'true false null in as break const continue else for function if import in let loop package namespace return var void while'.split(
    ' ',
  ),
)

const ESCAPES: { readonly [text: string]: string } = {
  __: '__underscores__',
  '.': '__dot__',
  '-': '__dash__',
  '/': '__slash__',
}

/** The name by which expressions call a field; undefined for one that they cannot call. */
export const escapedName = (name: string): string | undefined => {
  if (!/^[A-Za-z_./-][A-Za-z0-9_./-]*$/.test(name)) return undefined
  return RESERVED.has(name) ? `__${name}__` : name.replace(/__|[-./]/g, (found) => ESCAPES[found]!)
}
