import { badRequest, failure, timeout, tooManyRequests } from '../../errors.ts'
import { bodies, PATIENCE } from '../budgets.ts'
import type { Exchange } from './exchange.ts'

/** Kubernetes' own limit for a request body. */
const BODY_LIMIT = 3 * 1024 * 1024

const tooLarge = () => failure(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${BODY_LIMIT}`)

/**
 * A request’s body, whole. Rejects with ApiError 413 above BODY_LIMIT, at once where the client has announced it, with
 * 429 where too many are being read, and with 408 where it does not come. Leaves the connection in order: the answer is
 * still to go out on it.
 */
export const readBody = async ({ request, caller }: Pick<Exchange, 'request' | 'caller'>): Promise<Buffer> => {
  if (Number(request.headers['content-length'] ?? 0) > BODY_LIMIT) throw tooLarge()
  return await new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let length = 0
    const hold = bodies.hold(() => late('while others waited for room'), caller.name)
    const take = (chunk: Buffer): void => {
      length += chunk.length
      if (length > BODY_LIMIT) finish(() => reject(tooLarge()))
      else if (!hold.take(chunk.length)) finish(() => reject(tooManyRequests('too many bodies are being sent')))
      else chunks.push(chunk)
    }
    const end = (): void => finish(() => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, length)))
    const gone = (): void => finish(() => reject(badRequest('the connection ended before the body did')))
    const late = (when: string): void => finish(() => reject(timeout(`the body did not come ${when}`)))
    const timer = setTimeout(() => late(`within ${PATIENCE / 1000} s`), PATIENCE).unref()
    // Not `for await`: leaving that loop destroys the request, and its connection with it.
    const finish = (settle: () => void): void => {
      clearTimeout(timer)
      hold.end()
      request.off('data', take).off('end', end).off('close', gone).off('error', gone)
      settle()
    }
    request.on('data', take).on('end', end).on('close', gone).on('error', gone)
  })
}
