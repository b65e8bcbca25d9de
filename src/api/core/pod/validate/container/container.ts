import type { Container } from '#api/core/pod/spec/container.ts'
import { type FieldError, notSupported, required } from '#api/validation/field-error.ts'
import { checkForm, dnsLabel } from '#api/validation/names.ts'
import { validateEnvironment } from './environment.ts'
import { type Volumes, validateDevices, validateMounts } from './mounts.ts'
import { validatePorts } from './ports.ts'
import { validateResources } from './resources.ts'
import { validateResizePolicy } from './restart.ts'
import { validateSecurity } from './security.ts'

/** What a container is checked against: the pod around it. */
export interface Surroundings {
  readonly volumes: Volumes
  /** Names of the pod's claims to devices. */
  readonly claims: ReadonlySet<string>
  readonly restartPolicy: string
  /** Its users are those of the node. */
  readonly hostUsers: boolean
  /** Seconds that the pod has to end. */
  readonly grace?: number
}

const MESSAGE_POLICIES = ['File', 'FallbackToLogsOnError']
const PULL_POLICIES = ['Always', 'IfNotPresent', 'Never']

const checkPolicy = (value: string | undefined, path: string, known: readonly string[]): readonly FieldError[] => {
  if (!value) return [required(path)]
  return known.includes(value) ? [] : [notSupported(path, value, known)]
}

/** Checks what every container has, whichever list it stands in. */
export const validateContainer = (
  container: Container,
  path: string,
  { volumes, claims, restartPolicy, hostUsers }: Surroundings,
): readonly FieldError[] => [
  ...(container.name ? checkForm(dnsLabel, container.name, `${path}.name`) : [required(`${path}.name`)]),
  ...(container.image ? [] : [required(`${path}.image`)]),
  ...checkPolicy(container.terminationMessagePolicy, `${path}.terminationMessagePolicy`, MESSAGE_POLICIES),
  ...validatePorts(container.ports ?? [], `${path}.ports`),
  ...validateEnvironment(container, path, new Set(volumes.keys())),
  ...validateMounts(container, path, volumes),
  ...validateDevices(container, path, volumes),
  ...checkPolicy(container.imagePullPolicy, `${path}.imagePullPolicy`, PULL_POLICIES),
  ...validateResources(container.resources, `${path}.resources`, claims),
  ...validateResizePolicy(container.resizePolicy ?? [], `${path}.resizePolicy`, restartPolicy),
  ...validateSecurity(container.securityContext, `${path}.securityContext`, hostUsers),
]
