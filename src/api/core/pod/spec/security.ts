import { bool, field, int64, list, oneOf, optional, required, string } from '#schema/schema.ts'
import { message } from '../../group.ts'

const AppArmorProfileType = oneOf('Unconfined', 'RuntimeDefault', 'Localhost')
const SeccompProfileType = oneOf('Unconfined', 'RuntimeDefault', 'Localhost')
const ProcMountType = oneOf('Default', 'Unmasked')
const SupplementalGroupsPolicy = oneOf('Merge', 'Strict')
const PodFSGroupChangePolicy = oneOf('OnRootMismatch', 'Always')

/** A profile has a file of the node where its type says so. */
const BY_TYPE = { union: { discriminator: 'type', fields: ['localhostProfile'] } }

class AppArmorProfile extends message(
  'AppArmorProfile',
  {
    type: required(1, AppArmorProfileType),
    localhostProfile: optional(2, string),
  },
  BY_TYPE,
) {}

class Capabilities extends message('Capabilities', {
  add: list(1, string, { list: 'atomic' }),
  drop: list(2, string, { list: 'atomic' }),
}) {}

class SELinuxOptions extends message('SELinuxOptions', {
  user: field(1, string),
  role: field(2, string),
  type: field(3, string),
  level: field(4, string),
}) {}

class WindowsSecurityContextOptions extends message('WindowsSecurityContextOptions', {
  gmsaCredentialSpecName: optional(1, string),
  gmsaCredentialSpec: optional(2, string),
  runAsUserName: optional(3, string),
  hostProcess: optional(4, bool),
}) {}

class SeccompProfile extends message(
  'SeccompProfile',
  {
    type: required(1, SeccompProfileType),
    localhostProfile: optional(2, string),
  },
  BY_TYPE,
) {}

export class SecurityContext extends message('SecurityContext', {
  capabilities: optional(1, Capabilities),
  privileged: optional(2, bool),
  seLinuxOptions: optional(3, SELinuxOptions),
  windowsOptions: optional(10, WindowsSecurityContextOptions),
  runAsUser: optional(4, int64),
  runAsGroup: optional(8, int64),
  runAsNonRoot: optional(5, bool),
  readOnlyRootFilesystem: optional(6, bool),
  allowPrivilegeEscalation: optional(7, bool),
  procMount: optional(9, ProcMountType),
  seccompProfile: optional(11, SeccompProfile),
  appArmorProfile: optional(12, AppArmorProfile),
}) {}

class Sysctl extends message('Sysctl', {
  name: required(1, string),
  value: required(2, string),
}) {}

export class PodSecurityContext extends message('PodSecurityContext', {
  seLinuxOptions: optional(1, SELinuxOptions),
  windowsOptions: optional(8, WindowsSecurityContextOptions),
  runAsUser: optional(2, int64),
  runAsGroup: optional(6, int64),
  runAsNonRoot: optional(3, bool),
  supplementalGroups: list(4, int64, { list: 'atomic' }),
  supplementalGroupsPolicy: optional(12, SupplementalGroupsPolicy),
  fsGroup: optional(5, int64),
  sysctls: list(7, Sysctl, { list: 'atomic' }),
  fsGroupChangePolicy: optional(9, PodFSGroupChangePolicy),
  seccompProfile: optional(10, SeccompProfile),
  appArmorProfile: optional(11, AppArmorProfile),
  seLinuxChangePolicy: optional(13, string),
}) {}
