/** What the loader asks of a file: its interpreter, and the libraries that it names. */
interface ElfNeeds {
  readonly machine: number
  readonly interpreter?: string
  readonly libraries: readonly string[]
}

const MAGIC = 0x464c457f
const [PT_LOAD, PT_DYNAMIC, PT_INTERP] = [1, 2, 3] as const
const [DT_NEEDED, DT_STRTAB] = [1, 5] as const
const PROGRAM_HEADER_OCTETS = 56
const DYNAMIC_OCTETS = 16

/**
 * Reads a 64-bit little-endian ELF file (System V ABI, "Object Files" and "Program Loading and Dynamic Linking"); undefined
 * for any other file. Its own reader, since `ldd` runs what it asks, and so knows this machine's programs alone.
 */
export const elfNeeds = (file: Buffer): ElfNeeds | undefined => {
  if (file.length < 64 || file.readUInt32LE(0) !== MAGIC || file[4] !== 2 || file[5] !== 1) return undefined
  const word = (at: number): number => Number(file.readBigUInt64LE(at))
  const text = (at: number): string => file.toString('latin1', at, file.indexOf(0, at))
  const start = word(32)
  const segments = Array.from({ length: file.readUInt16LE(56) }, (_, index) => {
    const at = start + index * PROGRAM_HEADER_OCTETS
    return { type: file.readUInt32LE(at), offset: word(at + 8), address: word(at + 16), size: word(at + 32) }
  })
  const interpreter = segments.find(({ type }) => type === PT_INTERP)
  const dynamic = segments.find(({ type }) => type === PT_DYNAMIC)
  const entries = Array.from({ length: (dynamic?.size ?? 0) / DYNAMIC_OCTETS }, (_, index) => {
    const at = dynamic!.offset + index * DYNAMIC_OCTETS
    return { tag: word(at), value: word(at + 8) }
  })
  const table = entries.find(({ tag }) => tag === DT_STRTAB)?.value ?? 0
  // The table is named by its address in memory.
  const holder = segments.find(
    ({ type, address, size }) => type === PT_LOAD && table >= address && table < address + size,
  )
  const names = table - (holder?.address ?? 0) + (holder?.offset ?? 0)
  return {
    machine: file.readUInt16LE(18),
    ...(interpreter && { interpreter: text(interpreter.offset) }),
    libraries: entries.filter(({ tag }) => tag === DT_NEEDED).map(({ value }) => text(names + value)),
  }
}
