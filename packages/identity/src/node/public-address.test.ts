import { expect, it } from 'vitest'
import { special4, special6 } from '../../test/hostile-forms.ts'
import { isPublicAddress } from './public-address.ts'

it.each([
  '1.1.1.1',
  '8.8.8.8',
  '9.255.255.255',
  '11.0.0.0',
  '100.63.255.255',
  '100.128.0.0',
  '126.255.255.255',
  '128.0.0.0',
  '169.253.255.255',
  '169.255.0.0',
  '172.15.255.255',
  '172.32.0.0',
  '192.0.1.0',
  '192.167.255.255',
  '192.169.0.0',
  '198.17.255.255',
  '198.20.0.0',
  '223.255.255.255',
])('takes %s', (address) => {
  expect(isPublicAddress(address)).toBe(true)
})

it.each([
  '2000::1',
  '2001:200::1',
  '2001:4860:4860::8888',
  '2001:db7::1',
  '2001:db9::1',
  '2003::1',
  '2606:4700:4700::1111',
  '2a00:1450::1',
  '3ffe::1',
  '3fff:1000::1',
])('takes %s', (address) => {
  expect(isPublicAddress(address)).toBe(true)
})

it.each([...special4, ...special6])('refuses %s', (address) => {
  expect(isPublicAddress(address)).toBe(false)
})

it.each([
  '',
  'localhost',
  'example.com',
  '2130706433',
  '0x7f.1',
  '127.1',
  '1.1.1.1 ',
  '01.1.1.1',
  '[::1]',
  'fe80::1%eth0',
  '2000::1%eth0',
  '1.1.1.1/8',
  '::ffff:1.1.1.1%1',
])('refuses %j, which is no address in the usual form', (text) => {
  expect(isPublicAddress(text)).toBe(false)
})
