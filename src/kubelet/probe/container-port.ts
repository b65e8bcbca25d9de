import type { Container } from '#api/core/pod/spec/container.ts'
import { KubeletError } from '../kubelet-error.ts'

/**
 * The number of a port that a probe or hook names; throws REFERENCE_NOT_FOUND where the container has no port of that
 * name.
 */
export const resolvePort = (port: number | string, container: Container): number => {
  if (typeof port === 'number') return port
  const named = container.ports?.find(({ name }) => name === port)?.containerPort
  const number = named ?? Number(port)
  if (!Number.isInteger(number) || number < 1) {
    throw new KubeletError('REFERENCE_NOT_FOUND', `container "${container.name}" has no port named "${port}"`)
  }
  return number
}
