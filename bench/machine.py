"""What a figure was measured on."""
import os
import platform


def facts():
    with open("/proc/cpuinfo", encoding="ascii") as file:
        cpu = next((line.split(":", 1)[1].strip() for line in file if line.startswith("model name")), "CPU unknown")
    return {"cpu": cpu, "kernel": platform.release(), "cores": os.cpu_count()}
