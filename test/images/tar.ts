/** One entry of a tar archive; what is left out is usual: a file of root's, 0644, a folder 0755. */
export interface Entry {
  readonly name: string
  readonly type?: 'file' | 'folder' | 'symlink' | 'hardlink' | 'char' | 'fifo'
  readonly data?: string | Uint8Array
  readonly mode?: number
  readonly uid?: number
  readonly gid?: number
  /** Of links: where they lead. */
  readonly target?: string
}

const BLOCK = 512
/** POSIX 1003.1, ustar. */
const TYPES = { file: '0', hardlink: '1', symlink: '2', char: '3', folder: '5', fifo: '6' } as const

const padded = (octets: Uint8Array): Uint8Array => {
  const whole = new Uint8Array(Math.ceil(octets.length / BLOCK) * BLOCK)
  whole.set(octets)
  return whole
}

const header = (entry: Entry, size: number): Uint8Array => {
  const { name, type = 'file', mode = type === 'folder' ? 0o755 : 0o644, uid = 0, gid = 0, target = '' } = entry
  const block = Buffer.alloc(BLOCK)
  const octal = (value: number, at: number, width: number): void =>
    void block.write(`${value.toString(8).padStart(width - 1, '0')}\0`, at, 'latin1')
  block.write(name, 0, 100, 'utf8')
  octal(mode, 100, 8)
  octal(uid, 108, 8)
  octal(gid, 116, 8)
  octal(size, 124, 12)
  octal(1_700_000_000, 136, 12)
  block.write('        ', 148, 'latin1')
  block.write(TYPES[type], 156, 'latin1')
  block.write(target, 157, 100, 'utf8')
  block.write('ustar\x0000', 257, 'latin1')
  octal(1, 329, 8)
  octal(3, 337, 8)
  const sum = block.reduce((total, octet) => total + octet, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return block
}

/** A tar archive of these entries, in this order, whatever they are: also of what no tar would write. Names have at most 100 octets. */
export const tarOf = (entries: readonly Entry[]): Uint8Array =>
  Buffer.concat([
    ...entries.flatMap((entry) => {
      const data = typeof entry.data === 'string' ? Buffer.from(entry.data) : (entry.data ?? new Uint8Array())
      return [header(entry, data.length), padded(data)]
    }),
    new Uint8Array(2 * BLOCK),
  ])
