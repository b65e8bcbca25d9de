import { libc } from '../libc.ts'

const LGETXATTR = 'long lgetxattr(str path, str name, void *value, size_t size)'

/** Whether overlayfs shows of this folder of a layer nothing that layers below it have there. */
export function isOpaque(folder: string): boolean {
  const value = Buffer.alloc(1)
  return (
    Number(libc(LGETXATTR)(folder, 'trusted.overlay.opaque', value, value.length)) === 1 && value.toString() === 'y'
  )
}
