"""The embedded server's settings, computed for the machine that it runs on."""

from pathlib import Path

_MIB = 2**20


def server_settings(*, durable: bool, max_connections: int) -> dict[str, str]:
    """PostgreSQL settings by name, for a server that need not survive a power loss, which may destroy the
    cluster.

    Killing processes loses no commit: the kernel has each commit before its caller gets an answer.
    """
    memory = memory_bytes()
    settings = {
        "listen_addresses": "",
        "unix_socket_permissions": "0700",
        "max_connections": str(max_connections),
        "shared_buffers": f"{min(max(memory // 8, 64 * _MIB), 2048 * _MIB) // _MIB}MB",
        "effective_cache_size": f"{max(memory // 2, 128 * _MIB) // _MIB}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": "128MB",
        "max_wal_size": "2GB",
        "checkpoint_timeout": "15min",
        "random_page_cost": "1.1",
        "jit": "off",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_line_prefix": "%m [%p] %a ",
        # Statements and rows hold names and numbers of people.
        "log_error_verbosity": "terse",
        "log_min_error_statement": "panic",
        "log_parameter_max_length": "0",
    }
    if not durable:
        settings |= {
            "fsync": "off",
            "full_page_writes": "off",
            "shared_buffers": "128MB",
            "wal_level": "minimal",
            "max_wal_senders": "0",
        }
    return settings


def memory_bytes() -> int:
    """Memory that we may use: the machine's, or the control group's limit if that is lower."""
    limits = [_machine_memory()]
    for file in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        try:
            limits.append(int(Path(file).read_text()))
        except (OSError, ValueError):
            continue  # No such control group, or no limit ("max").
    return min(limits)


def _machine_memory() -> int:
    for line in Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("MemTotal:"):
            return int(line.split()[1]) * 1024
    return 1024 * _MIB
