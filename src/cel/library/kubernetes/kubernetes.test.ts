import assert from 'node:assert/strict'
import { test } from 'node:test'
import { authorizerValue, celEnvironment, parseType } from '../../cel.ts'
import { Expressions } from '../../testing/evaluated.ts'

const given = new Expressions()

test('addresses say what they are for at both ends of each range', () => {
  given.hold(
    'ip("127.255.255.255").isLoopback() && !ip("128.0.0.0").isLoopback() && !ip("126.255.255.255").isLoopback()',
    '!ip("::2").isLoopback() && !ip("::").isLoopback() && ip("::").isUnspecified()',
    'ip("224.0.0.255").isLinkLocalMulticast() && !ip("224.0.1.0").isLinkLocalMulticast()',
    'ip("ff12::1").isLinkLocalMulticast() && !ip("fe02::1").isLinkLocalMulticast() && !ip("ff01::1").isLinkLocalMulticast()',
    'ip("169.254.255.255").isLinkLocalUnicast() && !ip("169.255.0.0").isLinkLocalUnicast()',
    'ip("febf::1").isLinkLocalUnicast() && !ip("fec0::1").isLinkLocalUnicast()',
    '!ip("0.0.0.0").isGlobalUnicast() && !ip("169.254.0.1").isGlobalUnicast() && !ip("239.0.0.1").isGlobalUnicast()',
    'ip("10.0.0.1").isGlobalUnicast() && ip("2001:db8::1").isGlobalUnicast() && !ip("ff0e::1").isGlobalUnicast()',
    '!ip("::1").isGlobalUnicast() && ip("255.255.255.254").isGlobalUnicast() && ip("::ffff").isGlobalUnicast()',
    'ip.isCanonical("127.0.0.1") && ip.isCanonical("2001:db8::abcd") && !ip.isCanonical("2001:DB8::ABCD")',
    '!isIP("1.2.3.256") && !isIP("fe80::1%eth0") && !isIP("::ffff:1.2.3.4") && !isIP("") && isIP("::1")',
    '!isCIDR("10.0.0.0/33") && !isCIDR("::ffff:10.0.0.0/104") && isCIDR("::/0") && !isCIDR("10.0.0.0/8/8")',
    'cidr("192.168.0.0/24").containsIP("192.168.0.255") && !cidr("192.168.0.0/24").containsIP("192.168.1.0")',
    'cidr("192.168.0.0/24").containsCIDR("192.168.0.0/24") && !cidr("192.168.0.0/24").containsCIDR("192.168.0.0/23")',
    'cidr("192.168.0.0/24").containsCIDR(cidr("192.168.0.128/25")) && !cidr("::/0").containsCIDR("10.0.0.0/8")',
    'cidr("192.168.1.7/24").ip() == ip("192.168.1.7") && cidr("192.168.1.7/24").masked() == cidr("192.168.1.0/24")',
    'cidr("192.168.1.7/24") != cidr("192.168.1.0/24") && cidr("10.0.0.0/8").prefixLength() == 8',
    'string(cidr("2001:DB8::/32")) == "2001:db8::/32" && ip("::1") != ip("::2") && ip("::1").family() == 6',
  )
  given.are({
    'cidr("::ffff:10.0.0.0/104")':
      'error: network address parse error during conversion from string: IPv4-mapped IPv6 address "::ffff:10.0.0.0/104" is not allowed',
  })
})

test('amounts are compared and counted exactly, and become whole numbers where they are whole and not too large', () => {
  given.hold(
    'quantity("1").isLessThan(quantity("2")) && !quantity("2").isLessThan(quantity("1"))',
    'quantity("2").isGreaterThan(quantity("1")) && !quantity("1").isGreaterThan(quantity("2"))',
    'quantity("1").compareTo(quantity("2")) == -1 && quantity("2").compareTo(quantity("1")) == 1',
    'quantity("1Ki").compareTo(quantity("1024")) == 0 && quantity("1Ki") == quantity("1024")',
    'sign(quantity("-1m")) == -1 && sign(quantity("1m")) == 1 && sign(quantity("0")) == 0',
    'quantity("1").add(quantity("500m")) == quantity("1.5") && quantity("1").add(-2) == quantity("-1")',
    'quantity("1").sub(quantity("500m")) == quantity("0.5") && quantity("1").sub(2) == quantity("-1")',
    'quantity("50M").asInteger() == 50000000 && quantity("-3").asInteger() == -3 && quantity("3").isInteger()',
    'quantity("250m").asApproximateFloat() == 0.25 && !quantity("1m").isInteger() && quantity("0").isInteger()',
    'quantity("50000000G").isInteger() && quantity("50k").asInteger() == 50000',
    'isQuantity("1.3Gi") && isQuantity("-2e3") && !isQuantity("1.3GiB") && !isQuantity("")',
  )
})

test('URLs are read as requests read them', () => {
  given.are({
    'url("https://User:p@Example.com:80/a%20b/?c=d#e").getHost()': 'Example.com:80',
    'url("HTTPS://[2001:db8::1]:8443/").getHostname() + " " + url("https://[::1]:8443/").getPort()': '2001:db8::1 8443',
    'url("https://[::1]/").getHost() + url("https://[::1]/").getPort()': '[::1]',
    'url("https://a:/").getPort() + url("https://a:/").getHostname() + url("/path").getHost()': 'a',
    'url("/path?x=1").getScheme() + url("/path?x=1").getEscapedPath()': '/path',
    'url("mailto:x@y").getScheme() + url("git+ssh://h/").getScheme()': 'mailtogit+ssh',
    'url("https://a/?x=1&y&x=2&=z&&u=a%3Db+c&v=%zz").getQuery()': {
      x: ['1', '2'],
      y: [''],
      '': ['z'],
      u: ['a=b c'],
      v: ['%zz'],
    },
    'url("https://a/b").getQuery().size()': '0n',
    'url("a:b/c").getScheme()': 'a',
    'url("https://a\\nb/")':
      'error: URL parse error during conversion from string: parse "https://a\\nb/": net/url: invalid control character in URL',
    'url("https://a/%4")':
      'error: URL parse error during conversion from string: parse "https://a/%4": invalid URL escape "%4"',
    'url("1a:b")': 'error: URL parse error during conversion from string: parse "1a:b": invalid URI for request',
    'url(":b")': 'error: URL parse error during conversion from string: parse ":b": missing protocol scheme',
  })
  given.hold(
    'isURL("https://[::1]") && !isURL("https://a b") && !isURL("https://[::1") && isURL("/") && !isURL("../a")',
    'url("https://a/") == url("https://a/") && url("https://a/") != url("https://a")',
  )
})

test('versions are ordered as semver.org says', () => {
  const order = ['1.0.0-alpha', '1.0.0-alpha.1', '1.0.0-alpha.beta', '1.0.0-beta', '1.0.0-beta.2', '1.0.0-beta.11']
  const all = [...order, '1.0.0-rc.1', '1.0.0', '1.0.1', '1.1.0', '2.0.0']
  all.forEach((one, at) => {
    all.forEach((other, place) => {
      const compared = `semver("${one}").compareTo(semver("${other}"))`
      assert.equal(given.value(compared), `${Math.sign(at - place)}n`, compared)
    })
  })
  given.hold(
    'semver("1.2.3").major() == 1 && semver("1.2.3").minor() == 2 && semver("1.2.3").patch() == 3',
    'semver("1.0.0+a") == semver("1.0.0+b") && semver("1.0.0").isLessThan(semver("1.0.1"))',
    '!semver("1.0.0").isLessThan(semver("1.0.0")) && semver("10.0.0").isGreaterThan(semver("9.0.0"))',
    'isSemver("1.0.0-0a") && !isSemver("1.0.0-00") && !isSemver("01.0.0") && !isSemver("1.0.0-") && !isSemver("1.0.0.0")',
    'isSemver("1.0.0-a.b-c.0+d.e") && !isSemver("1.0") && !isSemver("v1.0.0") && isSemver("1.0", true)',
    'isSemver("01.002.0003", true) && semver("v1", true) == semver("1.0.0") && semver("v1.2", true) == semver("1.2.0")',
    '!isSemver("1.2+b", true) && !isSemver("1-b", true) && isSemver("1.2.3-b+c", true) && !isSemver("a", true)',
    'semver("v01.2.3-a.b.1+c.d", true) == semver("1.2.3-a.b.1") && semver("v1.2.3-a.1", true) != semver("1.2.3-a1")',
    'semver("v1.2.3", true) == semver("1.2.3", false) && isSemver("0.0.0", true) && !isSemver("v1.0.0", false)',
  )
})

test('each form of a name or a text takes what it is to take', () => {
  const forms: { readonly [name: string]: readonly [right: readonly string[], wrong: readonly string[]] } = {
    dns1123Label: [
      ['a', '1a', 'a-b'],
      ['', 'A', 'a-', '-a', 'a.b'],
    ],
    dns1123Subdomain: [
      ['a', 'a.b', '1.b-c'],
      ['', 'a..b', 'a.', 'A.b'],
    ],
    dns1035Label: [
      ['a', 'a-1'],
      ['1a', 'a-', 'A', ''],
    ],
    qualifiedName: [
      ['a', 'A_b.c', 'example.com/a'],
      ['', '/a', 'a/', 'a b', 'a/b/c'],
    ],
    dns1123LabelPrefix: [
      ['a', 'a-', '1-', 'A-'],
      ['-', 'A', 'a.', 'A1-'],
    ],
    dns1123SubdomainPrefix: [
      ['a.b-', 'a-', 'a.-'],
      ['AB-', 'a..b-', '-'],
    ],
    dns1035LabelPrefix: [
      ['a-', 'a', '1-'],
      ['12-', '-', '1'],
    ],
    labelValue: [
      ['', 'a', 'A_b.c-1'],
      ['-', 'a b', 'a/b'],
    ],
    uri: [
      ['/a', 'https://a/b'],
      ['a', ''],
    ],
    uuid: [
      ['123e4567-e89b-12d3-a456-426614174000', '123E4567e89b12d3a456426614174000'],
      ['', 'g23e4567-e89b'],
    ],
    byte: [
      ['', 'YWI='],
      ['Y', '*'],
    ],
    date: [['2024-02-29'], ['2023-02-29', '2024-2-9', '2024-02-29T00:00:00Z']],
    datetime: [
      ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.5+01:00'],
      ['2024-02-29', '2024-02-29 00:00:00'],
    ],
  }
  for (const [name, [right, wrong]] of Object.entries(forms)) {
    for (const text of right) given.are({ [`format.${name}().validate("${text}")`]: 'none' })
    for (const text of wrong) given.hold(`format.named("${name}").value().validate("${text}").value().size() > 0`)
  }
  given.are({
    'format.datetime().validate("x").value() + format.byte().validate("*").value()': [
      'invalid datetime',
      'invalid base64',
    ],
    'format.date() == format.date() && format.date() != format.datetime()': true,
  })
})

test('patterns find what is there, so often as is asked for', () => {
  given.are({
    '"a1b22".findAll("[0-9]+")': ['1', '22'],
    '"a1b22".findAll("[0-9]+", 0)': [],
    '"a1b22".findAll("[0-9]+", 1)': ['1'],
    '"a1b22".findAll("[0-9]+", 5)': ['1', '22'],
    '"a1b22".findAll("[0-9]+", -1)': ['1', '22'],
    '"ab".find("b?")': '',
    '"a".find("(" + "")': 'error: Illegal regex: error parsing regexp: missing closing ): `(`',
    'jsonpatch.escapeKey("a/b~c~1")': 'a~1b~0c~01',
  })
})

test('a question to the authorizer says all that was asked, and the answer all that was found', () => {
  const asked: unknown[] = []
  const authorizer = authorizerValue((question, verb) => {
    asked.push([question, verb])
    return verb === 'fail' ? { allowed: false, error: 'no' } : { allowed: verb === 'get', reason: 'why' }
  })
  const resource = { group: 'g', resource: 'r', namespace: 'n', name: 'x' }
  const own = authorizerValue((question, verb) => {
    asked.push([question, verb])
    return { allowed: true }
  }, resource)
  const environment = celEnvironment({
    authorizer: parseType('Authorizer'),
    'authorizer.requestResource': parseType('ResourceCheck'),
  })
  const evaluated = (source: string) => {
    const inputs = { authorizer, 'authorizer.requestResource': own }
    const { value, error } = environment.compile(source).evaluate(inputs)
    return error?.message ?? value
  }
  const pods = 'authorizer.group("").resource("pods")'
  assert.equal(evaluated(`${pods}.check("get").reason()`), 'why')
  assert.equal(evaluated(`${pods}.check("get").errored()`), false)
  assert.equal(evaluated(`${pods}.check("get").error()`), '')
  assert.equal(evaluated(`${pods}.check("fail").errored()`), true)
  assert.equal(evaluated(`${pods}.check("fail").error()`), 'no')
  assert.equal(evaluated(`${pods}.check("fail").reason()`), '')
  assert.equal(evaluated(`${pods}.check("list").allowed()`), false)
  asked.length = 0
  evaluated(`${pods}.name("a").namespace("b").fieldSelector("f=1").labelSelector("l").subresource("s").check("get")`)
  evaluated('authorizer.requestResource.check("update")')
  evaluated('authorizer.requestResource.name("y").check("update")')
  assert.deepEqual(asked, [
    [
      {
        group: '',
        resource: 'pods',
        name: 'a',
        namespace: 'b',
        fieldSelector: 'f=1',
        labelSelector: 'l',
        subresource: 's',
      },
      'get',
    ],
    [resource, 'update'],
    [{ ...resource, name: 'y' }, 'update'],
  ])
  assert.equal(evaluated('authorizer.path("").check("get").allowed()'), 'path must not be empty')
  assert.equal(evaluated('authorizer.group("").resource(" ").check("get").allowed()'), 'resource must not be empty')
  for (const name of ['A', 'a..b', '', 'a'.repeat(254)])
    assert.equal(evaluated(`authorizer.serviceAccount("n", "${name}") == authorizer`), 'Invalid service account name')
  for (const namespace of ['A', 'a.b', '', 'a'.repeat(64)])
    assert.equal(
      evaluated(`authorizer.serviceAccount("${namespace}", "n") == authorizer`),
      'Invalid service account namespace',
    )
  assert.equal(evaluated(`authorizer.serviceAccount("${'a'.repeat(63)}", "a.b-c") == authorizer`), false)
  assert.equal(evaluated(`authorizer.serviceAccount("n", "${'a'.repeat(253)}") == authorizer`), false)
  assert.equal(evaluated('authorizer == authorizer && type(authorizer) == type(authorizer)'), true)
})
