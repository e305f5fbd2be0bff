// Ways to write, or to hide, an address that is not public. For this package's tests.

/** Every block of special IPv4 addresses at its beginning, inside, and at its end. */
export const special4 = `
0.0.0.0 0.0.0.1 0.255.255.255 10.0.0.0 10.0.0.1 10.255.255.255 100.64.0.0 100.100.100.200 100.127.255.255
127.0.0.0 127.0.0.1 127.0.1.1 127.255.255.255 169.254.0.0 169.254.169.254 169.254.255.255
172.16.0.0 172.17.0.1 172.31.255.255 192.0.0.0 192.0.0.170 192.0.0.255 192.0.2.0 192.0.2.255
192.31.196.1 192.52.193.1 192.88.99.0 192.88.99.1 192.88.99.255 192.168.0.0 192.168.1.1 192.168.255.255 192.175.48.1
198.18.0.0 198.18.0.1 198.19.255.255 198.51.100.0 198.51.100.255 203.0.113.0 203.0.113.255
224.0.0.0 224.0.0.1 239.255.255.255 240.0.0.0 250.1.2.3 255.255.255.254 255.255.255.255
`
  .trim()
  .split(/\s+/)

/**
 * Special IPv6 addresses: local, mapped, compatible, translated, tunnelled, multicast, reserved.
 */
export const special6 = `
:: ::1 0:0:0:0:0:0:0:1 0000:0000:0000:0000:0000:0000:0000:0001 ::2
::ffff:127.0.0.1 ::ffff:7f00:1 0:0:0:0:0:ffff:7f00:1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 ::ffff:192.168.1.1
::ffff:0.0.0.0 ::ffff:8.8.8.8 ::ffff:0:127.0.0.1 ::ffff:0:7f00:1 ::127.0.0.1 ::7f00:1 ::10.0.0.1 ::8.8.8.8
64:ff9b::127.0.0.1 64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 64:ff9b::8.8.8.8 64:ff9b:1::1 64:ff9b:1:ffff::7f00:1
100::1 100:0:0:1::1 2001::1 2001:0:7f00:1:: 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:2::1 2001:3::1 2001:4:112::1
2001:10::1 2001:20::1 2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff 2001:db8::1 2001:db8:ffff::1
2002:7f00:1:: 2002:7f00:1::1 2002:a9fe:a9fe::1 2002:0a00:0001::1 2002:808:808::1 2620:4f:8000::1
3fff::1 3fff:fff:ffff::1 4000::1 5f00::1 8000::1 c000::1 e000::1 f000::1 f800::1
fc00::1 fc00:: fd00::1 fd12:3456:789a::1 fdff:ffff::1 fe00::1 fe80::1 fe80::7f00:1 febf::1 fec0::1 feff::1
ff00::1 ff01::1 ff02::1 ff02::2 ff05::1 ff0e::1 ffff::1 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
`
  .trim()
  .split(/\s+/)

/** The spellings of an IPv4 address that a URL parser, or a C library, takes for the same. */
export function spellings(address: string): string[] {
  const parts = address.split('.').map(Number) as [number, number, number, number]
  const [a, b, c, d] = parts
  const whole = ((a * 256 + b) * 256 + c) * 256 + d
  const hex = (part: number) => `0x${part.toString(16)}`
  const octal = (part: number) => `0${part.toString(8)}`
  const wide = (text: string) => text.replace(/\d/g, (digit) => String.fromCharCode(0xff10 + Number(digit)))
  return [
    `${whole}`,
    hex(whole),
    hex(whole).toUpperCase().replace('X', 'x'),
    `0x00000000${whole.toString(16)}`,
    octal(whole),
    `${a}.${b * 65_536 + c * 256 + d}`,
    `${a}.${b}.${c * 256 + d}`,
    parts.map(hex).join('.'),
    parts.map(octal).join('.'),
    parts.map((part) => `000${part.toString(8)}`).join('.'),
    `${hex(a)}.${octal(b)}.${c}.${d}`,
    `${octal(a)}.${hex(b * 65_536 + c * 256 + d)}`,
    `${address}.`,
    wide(address),
    address.replaceAll('.', '。'),
    address.replaceAll('.', '．'),
    address.replaceAll('.', '%2e'),
    address.replace(/\d/g, (digit) => `%3${digit}`),
    address.replace('.', '.\u00ad'),
    `user@${address}`,
    `public.example@${address}`,
    `[::ffff:${address}]`,
    `[::ffff:0:${address}]`,
    `[64:ff9b::${address}]`,
  ]
}

export const hostileHosts = [
  ...special4,
  ...special6.map((address) => `[${address}]`),
  ...['127.0.0.1', '10.0.0.1', '169.254.169.254', '192.168.1.1', '0.0.0.0'].flatMap(spellings),
  '127.1',
  '0',
  '0x0',
  'localhost',
  'localhost.',
  'LOCALHOST',
  'intranet',
  'metadata',
  '[fe80::1%25eth0]',
  '[::1%25lo]',
  '①②⑦.⓪.⓪.①',
  '⑯⑨。②⑤④。⑯⑨。②⑤④',
]
