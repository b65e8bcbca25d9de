import { defaultCapabilities, restrictedCapabilities } from './capability-checks.ts'
import { butOwnUsers, butWindows, type Check } from './check.ts'
import { hostNamespaces, hostPathVolumes, hostPorts, hostProbes, hostProcess } from './host-checks.ts'
import { privileged, privilegeEscalation, procMount, runAsNonRoot, runAsUser } from './privilege-checks.ts'
import {
  appArmorProfile,
  seccompAnnotations,
  seccompProfile,
  seccompProfileSet,
  seLinuxOptions,
} from './profile-checks.ts'
import { sysctls } from './sysctl-checks.ts'
import { restrictedVolumes } from './volume-checks.ts'

interface ListedCheck {
  /** Its form by the minor version of Kubernetes 1 from which it holds, the oldest first. */
  readonly since: readonly (readonly [number, Check])[]
  /** The baseline's check that it stands for where it holds. */
  readonly insteadOf?: string
}

const SELINUX = ['container_t', 'container_init_t', 'container_kvm_t']

/** By Kubernetes' names of them, in whose order violations are told. */
export const BASELINE: Readonly<Record<string, ListedCheck>> = {
  appArmorProfile: { since: [[0, appArmorProfile]] },
  capabilities_baseline: { since: [[0, defaultCapabilities]] },
  hostNamespaces: { since: [[0, hostNamespaces]] },
  hostPathVolumes: { since: [[0, hostPathVolumes]] },
  hostPorts: { since: [[0, hostPorts]] },
  hostProbesAndHostLifecycle: { since: [[34, hostProbes]] },
  privileged: { since: [[0, privileged]] },
  procMount: {
    since: [
      [0, procMount],
      [35, butOwnUsers(procMount)],
    ],
  },
  seLinuxOptions: {
    since: [
      [0, seLinuxOptions(...SELINUX)],
      [31, seLinuxOptions(...SELINUX, 'container_engine_t')],
    ],
  },
  seccompProfile_baseline: {
    since: [
      [0, seccompAnnotations],
      [19, seccompProfile],
    ],
  },
  sysctls: { since: [0, 27, 29, 32].map((minor) => [minor, sysctls(minor)] as const) },
  windowsHostProcess: { since: [[0, hostProcess]] },
}

/** What the restricted level adds. */
export const RESTRICTED: Readonly<Record<string, ListedCheck>> = {
  allowPrivilegeEscalation: {
    since: [
      [8, privilegeEscalation],
      [25, butWindows(privilegeEscalation)],
    ],
  },
  capabilities_restricted: {
    since: [
      [22, restrictedCapabilities],
      [25, butWindows(restrictedCapabilities)],
    ],
    insteadOf: 'capabilities_baseline',
  },
  procMount_restricted: { since: [[35, procMount]], insteadOf: 'procMount' },
  restrictedVolumes: { since: [[0, restrictedVolumes]], insteadOf: 'hostPathVolumes' },
  runAsNonRoot: {
    since: [
      [0, runAsNonRoot],
      [35, butOwnUsers(runAsNonRoot)],
    ],
  },
  runAsUser: {
    since: [
      [23, runAsUser],
      [35, butOwnUsers(runAsUser)],
    ],
  },
  seccompProfile_restricted: {
    since: [
      [19, seccompProfileSet],
      [25, butWindows(seccompProfileSet)],
    ],
    insteadOf: 'seccompProfile_baseline',
  },
}
