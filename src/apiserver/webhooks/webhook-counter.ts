import { Latencies, labelsText, Tally } from '../http/numbers.ts'

/** As Kubernetes tells the two kinds of webhooks apart in its numbers. */
export type Step = 'admit' | 'validating'

/** What came of asking a webhook. */
export interface Outcome {
  /** Its own status, or that of the failure; 0 where the failure is the server's. */
  readonly code: number
  /** Whose fault it was that the request is refused; undefined of one that goes on. */
  readonly refused?: 'calling_webhook_error' | 'apiserver_internal_error' | 'no_error'
  /** It did not answer, and the request goes on. */
  readonly isPassedOver?: boolean
  /** Who asked has gone: nobody is refused anything, and nothing goes on. */
  readonly isGone?: boolean
}

/** Kubernetes' own bounds, in seconds. */
const BOUNDS = [0.005, 0.025, 0.1, 0.5, 1, 2.5, 10, 25]
/** Webhooks are strangers: what they answer must not fill the memory. */
const codeText = (code: number): string => String(Math.min(code, 600))

/** Calls of admission webhooks: Kubernetes' numbers of them, with its labels. */
export class WebhookCounter {
  readonly #latencies = new Latencies(
    'apiserver_admission_webhook_admission_duration_seconds',
    BOUNDS,
    '[STABLE] Admission webhook latency histogram in seconds, identified by name and broken out for each operation and API resource and type (validate or admit).',
  )
  readonly #requests = new Tally(
    'apiserver_admission_webhook_request_total',
    'counter',
    '[ALPHA] Calls of admission webhooks, by name, type, operation, status and whether the request was refused.',
  )
  readonly #rejections = new Tally(
    'apiserver_admission_webhook_rejection_count',
    'counter',
    '[ALPHA] Requests that admission webhooks have refused, or that were refused since they did not answer.',
  )
  readonly #passedOver = new Tally(
    'apiserver_admission_webhook_fail_open_count',
    'counter',
    '[ALPHA] Admission webhooks that did not answer, and were passed over.',
  )

  count(name: string, type: Step, operation: string, outcome: Outcome, seconds: number): void {
    const { code, refused, isPassedOver, isGone } = outcome
    const labels = { name, type, operation, rejected: String(refused !== undefined) }
    this.#latencies.add(labelsText(labels), seconds)
    this.#requests.add(labelsText({ ...labels, code: codeText(code) }))
    if (isGone) return
    if (refused !== undefined)
      this.#rejections.add(labelsText({ name, type, operation, error_type: refused, rejection_code: codeText(code) }))
    if (isPassedOver) this.#passedOver.add(labelsText({ name, type }))
  }

  /** Prometheus' text format 0.0.4. */
  render(): string {
    const lines = [this.#latencies, this.#requests, this.#rejections, this.#passedOver].flatMap((one) => one.lines())
    return `${lines.join('\n')}\n`
  }
}
