from feedback.models.complaint import Complaint, Reply

__all__ = ["Complaint", "Reply"]
