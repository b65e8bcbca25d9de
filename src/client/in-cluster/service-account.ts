import { ChangingFile } from '../changing-file.ts'
import { SERVICE_ACCOUNT_FOLDER } from '../https-client.ts'
import { InClusterError } from './in-cluster-error.ts'

const HINT =
  'in a pod automountServiceAccountToken must not be false, or a projected volume has to be mounted there; elsewhere use --kubeconfig'

/** Throws InClusterError in the place of Node's error, which does not say what to do. */
const read = <T>(what: string, reading: () => T): T => {
  try {
    return reading()
  } catch (cause) {
    throw new InClusterError(`${what} cannot be read: ${(cause as Error).message}`, HINT, cause)
  }
}

/**
 * The ServiceAccount that a kubelet mounts: who a pod is, and whom it believes. Token and authorities may change at any
 * time. `now` counts milliseconds.
 */
export class ServiceAccountFiles {
  readonly #folder: string
  readonly #token: ChangingFile
  readonly #ca: ChangingFile

  constructor(folder = SERVICE_ACCOUNT_FOLDER, now?: () => number) {
    this.#folder = folder
    this.#token = new ChangingFile(`${folder}/token`, undefined, now)
    this.#ca = new ChangingFile(`${folder}/ca.crt`, undefined, now)
  }

  /** Throws InClusterError. */
  get token(): string {
    const token = read('the token of the ServiceAccount', () => this.#token.text)
    // Node's error for such a header would tell nobody which file it is.
    if (/[^\x21-\x7e]/.test(token)) throw new InClusterError(`${this.#folder}/token holds more than one word`, HINT)
    return token
  }

  /** PEM. Throws InClusterError. */
  get ca(): string {
    return read('the certificate authority of the API server', () => this.#ca.text)
  }

  /** The pod's own namespace. Throws InClusterError. */
  get namespace(): string {
    return read('the namespace of the pod', () => new ChangingFile(`${this.#folder}/namespace`).text)
  }

  /** Looks for another token at once, since a server did not take this one; whether there is one. */
  renewToken(): boolean {
    return this.#token.reread()
  }

  /** The same of the authorities, since a server's certificate is of none of them. */
  renewCa(): boolean {
    return this.#ca.reread()
  }
}
