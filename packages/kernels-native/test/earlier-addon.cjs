// What an addon of an earlier version of the package gives.
module.exports = { functions: {}, samplers: {}, features: [], setThreads() {}, version: 1 };
