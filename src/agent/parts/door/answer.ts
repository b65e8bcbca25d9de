import { attachedResult } from '#cni/plugin/attached-result.ts'
import type { PluginAnswer, SentRequest } from '#cni/plugin/frame.ts'
import { type PluginRequest, readPluginRequest, versionToAnswer } from '#cni/plugin/plugin-request.ts'
import { Refusal, refusalText } from '#cni/plugin/refusal.ts'
import type { DoorNetwork } from './door-network.ts'

/** Who does what is asked. */
interface Door {
  readonly network: Pick<DoorNetwork, 'add' | 'check' | 'del' | 'gc' | 'status'>
  /** Resolves when a pod that is attached finds all it needs: Services and policies. Rejects with Refusal. */
  ready(): Promise<void>
  /** What is wrong with those who are attached, in words. */
  faults(): readonly string[]
}

/** What the plugin gives its caller; never rejects. */
export const answerTo = async (sent: SentRequest, door: Door): Promise<PluginAnswer> => {
  try {
    return { exitStatus: 0, stdout: await outputOf(readPluginRequest(sent), door) }
  } catch (error) {
    const refusal = error instanceof Refusal ? error : new Refusal('failed', (error as Error).message, '', error)
    return { exitStatus: 1, stdout: refusalText(refusal, versionToAnswer(sent.stdin)) }
  }
}

const outputOf = async (request: PluginRequest, { network, ready, faults }: Door): Promise<string> => {
  switch (request.command) {
    case 'ADD':
      await ready()
      return `${JSON.stringify(attachedResult(await network.add(request), request.cniVersion))}\n`
    case 'DEL':
      await network.del(request)
      return ''
    case 'CHECK':
      await network.check(request)
      return ''
    case 'GC':
      await network.gc(request)
      return ''
    case 'STATUS': {
      await ready().catch(({ message, details }: Refusal) => {
        throw new Refusal('unavailable', message, details)
      })
      await network.status(request)
      const [fault, ...more] = faults()
      if (fault !== undefined) throw new Refusal('limited', fault, more.join('; '))
      return ''
    }
  }
}
