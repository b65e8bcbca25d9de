import { readdirSync } from 'node:fs'
import type { MessageClass } from '#schema/schema.ts'

const isMessage = (value: unknown): value is MessageClass<unknown> =>
  typeof value === 'function' && 'messageName' in value

const room = new URL('../', import.meta.url)
const files = readdirSync(room, { recursive: true, encoding: 'utf8' }).filter(
  (file) => /^[^/]+\/.*\.ts$/.test(file) && !/\.test\.ts$|^testing\//.test(file),
)
const modules: object[] = await Promise.all(files.map((file) => import(new URL(file, room).href)))

/** Every message that the room declares. */
export const messages: readonly MessageClass<unknown>[] = [
  ...new Set(modules.flatMap((module) => Object.values(module)).filter(isMessage)),
]

/** The declaration of any kind that the recorded objects hold. */
export const messageOfKind = (apiVersion: string | undefined, kind: string): MessageClass<unknown> => {
  const found = messages.find(({ gvk }) => gvk?.[0] === (apiVersion || 'v1') && gvk[1] === kind)
  if (found === undefined) throw new Error(`no table for ${apiVersion} ${kind}`)
  return found
}
