/** The bounds of a broker with several nodes; as `limits.ts`, apart for its length. */

/** Nodes in the address of a broker; a cluster of RabbitMQ has 3, 5 or 7. */
export const BROKER_NODES_MAX = 32;
/** How long a new connection may take until all is declared and consumed. Past it the next node is tried. */
export const BUS_SETUP_MS_MAX = 20_000;
/** Between two looks whether the broker's node still belongs to its cluster; a quarter more or less by chance. */
export const BUS_SPLIT_LOOK_MS = 30_000;
/** The same for Bees, of which there may be thousands: each look is a short connection to every other node. */
export const BUS_SPLIT_BEE_LOOK_MS = 300_000;
/** Other nodes without which most of all could not say that one is apart. */
export const BUS_SPLIT_OTHERS_MIN = 2;
/** How long `broker check` waits for a node to answer. */
export const BROKER_CHECK_MS_MAX = 10_000;

/** Routing keys of which a publisher remembers that its channel confirms them. Past it, it learns them anew. */
export const PUBLISH_KEYS_MAX = 1_024;
