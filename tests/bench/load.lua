-- wrk: one path, each request with another citizen's session (BENCH_COOKIES: a file, one a line). Prints "requests seconds p50 p99 bad", in us.
local cookies, path = {}, os.getenv("BENCH_PATH")
for line in io.lines(os.getenv("BENCH_COOKIES")) do cookies[#cookies + 1] = line end
math.randomseed(7)
request = function()
	return wrk.format("GET", path, { ["Cookie"] = "__Host-session=" .. cookies[math.random(#cookies)] })
end
done = function(summary, latency)
	local e = summary.errors
	io.write(string.format("figures %d %.3f %.0f %.0f %d\n", summary.requests, summary.duration / 1e6, latency:percentile(50), latency:percentile(99),
		e.connect + e.read + e.write + e.status + e.timeout))
end
