/** A machine that images are made for, by the names that it has with each of those whose files go into one. */
export interface Architecture {
  /** Go's name, and so that of images; Debian's is the same. */
  readonly name: string
  /** npm's, and Node.js'. */
  readonly npm: string
  /** Of Debian's folders of libraries. */
  readonly triplet: string
  /** `e_machine` of ELF. */
  readonly machine: number
}

export const ARCHITECTURES: readonly Architecture[] = [
  { name: 'amd64', npm: 'x64', triplet: 'x86_64-linux-gnu', machine: 62 },
  { name: 'arm64', npm: 'arm64', triplet: 'aarch64-linux-gnu', machine: 183 },
]
