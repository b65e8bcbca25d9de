import * as apps from '#api/apps-v1.ts'
import * as coordination from '#api/coordination-v1.ts'
import * as core from '#api/core-v1.ts'
import * as discovery from '#api/discovery-v1.ts'
import * as meta from '#api/meta-v1.ts'
import * as networking from '#api/networking-v1.ts'
import type { MessageClass } from '../schema.ts'

/** The declaration of any kind that the recorded objects hold. */
export const messageOfKind = (apiVersion: string | undefined, kind: string): MessageClass<unknown> => {
  for (const group of [core, apps, coordination, discovery, networking, meta])
    for (const value of Object.values(group)) {
      const message = value as unknown as MessageClass<unknown>
      if (message.gvk !== undefined && message.gvk[0] === (apiVersion || 'v1') && message.gvk[1] === kind)
        return message
    }
  throw new Error(`no table for ${apiVersion} ${kind}`)
}
