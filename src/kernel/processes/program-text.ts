/** Program text of a file: executable, and not written to, so that what leaves memory is in the file. */
const TEXT = /^([0-9a-f]+)-([0-9a-f]+) r-xp \S+ \S+ [1-9]\d* +\//gm

/** Where the text of this process's program and libraries lies, by /proc/PID/maps. */
export const textRanges = (maps: string): readonly { readonly at: bigint; readonly length: number }[] =>
  Array.from(maps.matchAll(TEXT), ([, from = '', to = '']) => {
    const at = BigInt(`0x${from}`)
    return { at, length: Number(BigInt(`0x${to}`) - at) }
  })
