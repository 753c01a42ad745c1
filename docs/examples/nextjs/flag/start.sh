NODE_OPTIONS="--import @llmtrace/auto" next start
