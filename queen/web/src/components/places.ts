/** The pages that the bars name, in their order, with the second key of `g`. */
import { IconBell, IconHome, IconLayoutDashboard, IconSearch, IconServer2 } from './icons.ts';

/** See the top of this file. */
export const PLACES = [
  { path: '/home', name: 'Home', key: 'h', icon: IconHome, words: 'start overview health rate' },
  { path: '/search', name: 'Search', key: 's', icon: IconSearch, words: 'lines logs query' },
  { path: '/agents', name: 'Agents', key: 'a', icon: IconServer2, words: 'hosts fleet bees' },
  { path: '/alerts', key: 'l', name: 'Alerts', icon: IconBell, words: 'rules firing silences' },
  {
    path: '/dashboards',
    key: 'd',
    name: 'Dashboards',
    icon: IconLayoutDashboard,
    words: 'panels charts boards',
  },
] as const;
